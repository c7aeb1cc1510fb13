import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>expiring</h1>;

export default Page;
