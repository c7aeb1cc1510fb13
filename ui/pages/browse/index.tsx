import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>browse</h1>;

export default Page;
