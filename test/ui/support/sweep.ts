/**
 * Looks for secrets where none may be. Runs inside the page, so it refers to nothing outside itself; it answers every
 * text it found together with the place, and the guard compares.
 */

export interface Found {
  readonly where: string;
  readonly text: string;
}

export const sweepPage = async (): Promise<Found[]> => {
  const found: Found[] = [];
  const add = (where: string, text: string | null | undefined): void => {
    if (text !== null && text !== undefined && text.trim() !== "") found.push({ where, text });
  };

  const storages = (): void => {
    for (const [where, storage] of [
      ["localStorage", localStorage],
      ["sessionStorage", sessionStorage],
    ] as const) {
      for (let i = 0; i < storage.length; i++) {
        const key = storage.key(i) ?? "";
        add(where, `${key} ${storage.getItem(key)}`);
      }
    }
  };

  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const databases = async (): Promise<void> => {
    for (const { name = "" } of await indexedDB.databases()) {
      add("IndexedDB", name);
      const database = await done(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const entries = database.transaction(store).objectStore(store);
        add(
          "IndexedDB",
          `${JSON.stringify(await done(entries.getAllKeys()))} ${JSON.stringify(await done(entries.getAll()))}`,
        );
      }
      database.close();
    }
  };
  const keptAnswers = async (): Promise<void> => {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        add("caches", `${request.url} ${await (await cache.match(request))?.text()}`);
      }
    }
  };

  /** Whether somebody who looks at the page can see the element; something of one pixel is for screen readers alone. */
  const seen = (element: Element): boolean => {
    const { width, height } = element.getBoundingClientRect();
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && width > 1 && height > 1;
  };
  const hidden = (root: Document | ShadowRoot | DocumentFragment): void => {
    for (const element of root.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) add(`attribute ${name} of <${element.localName}>`, value);
      if (element.shadowRoot) hidden(element.shadowRoot);
      if (element instanceof HTMLTemplateElement) hidden(element.content);
      const shown = element.closest("head, template") === null && seen(element);
      if (shown) continue;
      for (const child of element.childNodes) {
        if (child.nodeType === Node.TEXT_NODE || child.nodeType === Node.COMMENT_NODE)
          add(`hidden text in <${element.localName}>`, child.nodeValue);
      }
      if (
        element instanceof HTMLInputElement ||
        element instanceof HTMLTextAreaElement ||
        element instanceof HTMLSelectElement
      )
        add(`value of a hidden <${element.localName}>`, element.value);
    }
    const comments = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
    while (comments.nextNode()) add("comment", comments.currentNode.nodeValue);
  };

  add("address", location.href);
  add("title", document.title);
  add("referrer", document.referrer);
  add("window.name", window.name);
  add("history state", JSON.stringify(history.state));
  add("document.cookie", document.cookie);
  storages();
  await databases();
  await keptAnswers();
  hidden(document);
  return found;
};
