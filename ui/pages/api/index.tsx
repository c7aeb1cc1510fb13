import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>api</h1>;

export default Page;
