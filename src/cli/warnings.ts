/**
 * Which Node.js this program runs on is settled by `engines` and its tests. What libraries say about versions would be
 * the first thing a newcomer reads, and nothing to act on; every other warning is shown as Node.js shows it.
 */

const ABOUT_VERSIONS = /^(NodeVersionSupportWarning|NodeDeprecationWarning)/;

export const isAboutVersions = ({ name, message }: Error): boolean =>
  ABOUT_VERSIONS.test(name) || ABOUT_VERSIONS.test(message);

/** From now on, for the whole process. */
export const quietVersionWarnings = (): void => {
  const shown = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (!isAboutVersions(warning)) for (const show of shown) show(warning);
  });
};
