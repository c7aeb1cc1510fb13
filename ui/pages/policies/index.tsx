import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>policies</h1>;

export default Page;
