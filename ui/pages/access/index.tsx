import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>access</h1>;

export default Page;
