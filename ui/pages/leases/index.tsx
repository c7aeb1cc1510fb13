import type { PageComponent } from "../page.ts";
import { FolderPage } from "./folder.tsx";
import { LeasePage } from "./lease.tsx";

/** Leases: `leases/PREFIX/` is a level of their ids, `leases/ID` is one of them. */
const LeasesPage: PageComponent = ({ place: { path } }) =>
  path === "" || path.endsWith("/") ? <FolderPage key={path} prefix={path} /> : <LeasePage key={path} id={path} />;

export default LeasesPage;
