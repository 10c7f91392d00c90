/** Small files that survive kill −9 whole: written beside and renamed, with a version and a checksum. */
export { readChecked, type Versions, writeChecked } from "./checked-file.ts";
