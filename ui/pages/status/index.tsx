import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>status</h1>;

export default Page;
