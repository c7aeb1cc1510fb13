import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>open</h1>;

export default Page;
