import type { PageComponent } from "../page.ts";

const Page: PageComponent = () => <h1>sign-in</h1>;

export default Page;
