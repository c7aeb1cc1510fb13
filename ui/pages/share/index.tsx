import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>share</h1>;

export default Page;
