import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>me</h1>;

export default Page;
