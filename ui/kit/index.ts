/** Every part that pages are made of. Native elements, own styles; a part is one file, its words are in `../texts/kit.ts`. */

export { announce } from "./announce.tsx";
export { Button, ButtonLink, IconButton, Link } from "./button.tsx";
export { Checkbox, Segmented, Select } from "./choice.tsx";
export { clearClipboard, copySecret, copyText } from "./clipboard.ts";
export { Code, CopyAs, curlOf } from "./code.tsx";
export { Combobox } from "./combobox.tsx";
export { ConfirmTyped, Dialog } from "./dialog.tsx";
export { Diff, type DiffRow } from "./diff.tsx";
export { Field, FOREIGN } from "./field.tsx";
export { Icon, type IconName } from "./icon.tsx";
export { Menu } from "./menu.tsx";
export { Empty, Fact, Facts, Note, Section, Tag } from "./note.tsx";
export { Loading, Page, useLeaveWarning } from "./page.tsx";
export { Plot } from "./plot.tsx";
export { Row, Rows } from "./rows.tsx";
export { saveFile } from "./save-file.ts";
export { Dots, SecretValue } from "./secret-value.tsx";
export { hideValues, useShown } from "./shown.ts";
export { Tabs } from "./tabs.tsx";
export { TextArea, TextField } from "./text-field.tsx";
export { Countdown, DurationField, Progress, Time, useNow } from "./time.tsx";
export { durationText, exactTime, parseDuration, relativeTime } from "./times.ts";
export { Toasts, toast } from "./toast.tsx";
export { Visible } from "./visible.tsx";
