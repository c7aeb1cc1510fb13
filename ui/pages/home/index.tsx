import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>home</h1>;

export default Page;
