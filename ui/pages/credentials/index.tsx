import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>credentials</h1>;

export default Page;
