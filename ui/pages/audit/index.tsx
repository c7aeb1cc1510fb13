import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>audit</h1>;

export default Page;
