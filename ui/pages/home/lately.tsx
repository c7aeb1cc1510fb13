import { useLately } from "../../client/lately.ts";
import { Row, Rows, Section } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { home } from "../../texts/home.ts";
import { PathName } from "./path-name.tsx";

/** Secrets that were opened in this tab since signing in. */
export const Lately = () => {
  const paths = useLately();
  if (paths.length === 0) return null;
  return (
    <Section title={home.lately}>
      <Rows label={home.lately}>
        {paths.map((path) => (
          <Row key={path} href={hrefOf("browse", path)}>
            <PathName path={path} />
          </Row>
        ))}
      </Rows>
    </Section>
  );
};
