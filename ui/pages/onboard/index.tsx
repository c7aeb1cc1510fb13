import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>onboard</h1>;

export default Page;
