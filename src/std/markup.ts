const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** A text as HTML and XML have it, between elements and in quoted attributes. */
export const escapeMarkup = (text: string): string => text.replace(/[&<>"'`]/g, (sign) => ESCAPES[sign] ?? "");
