import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>machines</h1>;

export default Page;
