import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>leases</h1>;

export default Page;
