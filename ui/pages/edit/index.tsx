import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>edit</h1>;

export default Page;
