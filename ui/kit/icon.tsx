/** Own icons: 16 grid, 1.5 stroke, round. Decoration only: each comes with a word or an accessible name. */

const PATHS = {
  alert: "M8 2 1.5 13.5h13zM8 6.5v3M8 11.6v.1",
  box: "M2 5l6-3 6 3v6l-6 3-6-3zM2 5l6 3 6-3M8 8v6",
  check: "M3 8.5l3.2 3.2L13 4.8",
  "chevron-down": "M4 6l4 4 4-4",
  "chevron-right": "M6 4l4 4-4 4",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3.2l2.2 1.3",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M6 5.5h7.5V14H6zM3.5 10.5H2.5V2H10v1",
  database: "M3 4c0-2.6 10-2.6 10 0v8c0 2.6-10 2.6-10 0zM3 4c0 2.6 10 2.6 10 0M3 8c0 2.6 10 2.6 10 0",
  dice: "M2.5 2.5h11v11h-11zM5.5 5.5v.1M8 8v.1M10.5 10.5v.1",
  download: "M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11",
  edit: "M2.5 13.5l.7-3.2 7.6-7.6 2.5 2.5-7.6 7.6zM9.2 4.3l2.5 2.5",
  file: "M3.5 1.8h6l3 3v9.4h-9zM9.5 1.8v3h3",
  folder: "M1.8 3.2h4.6l1.6 2h6.2v8H1.8z",
  hide: "M2 2l12 12M6.6 3.9A7 7 0 0 1 14.8 8a10 10 0 0 1-1.9 2.4M9.6 11.9A7 7 0 0 1 1.2 8a10 10 0 0 1 2.6-3",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.4v3.4M8 5.1v.1",
  key: "M5.5 13.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM7.7 8.3l5.8-5.8M10.5 5.5l2 2",
  link: "M6.5 9.5a2.8 2.8 0 0 0 4 0l2.6-2.6a2.8 2.8 0 0 0-4-4l-.9.9M9.5 6.500a2.8 2.8 0 0 0-4 0L2.9 9.100a2.8 2.8 0 0 0 4 4l.9-.9",
  lock: "M3 7h10v7H3zM5.2 7V4.800a2.8 2.8 0 0 1 5.6 0V7",
  menu: "M2 4h12M2 8h12M2 12h12",
  more: "M2.6 8a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0M7.4 8a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0M12.2 8a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0",
  plus: "M8 3v10M3 8h10",
  policy: "M3 1.800h10v12.400H3zM5.5 5h5M5.5 8h5M5.5 11h3",
  pulse: "M1.5 8.500h3l2-5.5 3 10 2-4.500h3",
  refresh: "M13.5 8a5.5 5.5 0 1 1-1.6-3.900M13.5 1.500v3.200h-3.2",
  remove: "M2.5 4.200h11M6 4V2.200h4V4M4 4.200l.6 9.600h6.800l.6-9.600M6.8 7v4M9.2 7v4",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.700L14 14",
  share: "M8 10V1.800M5 4.500L8 1.800l3 2.700M3 8v6h10V8",
  shield: "M8 1.600l5.5 2v4.200c0 3.2-2.3 5.6-5.5 6.6-3.2-1-5.5-3.4-5.5-6.600V3.600z",
  show: "M1.2 8C4 2.6 12 2.6 14.8 8 12 13.4 4 13.4 1.2 8zM8 10.200a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.400z",
  undo: "M5 2.500L2 5.500l3 3M2 5.500h7.500a4 4 0 0 1 0 8H6",
  user: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14.200c.5-4.9 10.5-4.9 11 0",
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={PATHS[name]} />
  </svg>
);
