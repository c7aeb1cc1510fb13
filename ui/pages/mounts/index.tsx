import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>mounts</h1>;

export default Page;
