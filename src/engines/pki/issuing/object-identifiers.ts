/** Object identifiers as text: at least two arcs, the first two within the bounds of X.660, each in its shortest form. */

const ARC = "(?:0|[1-9]\\d{0,38})";
const SHAPE = new RegExp(`^(?:[01]\\.(?:[1-3]?\\d)|2\\.${ARC})(?:\\.${ARC}){0,30}$`);

export const isObjectIdentifier = (text: string): boolean => SHAPE.test(text);
