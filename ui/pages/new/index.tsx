import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>new</h1>;

export default Page;
