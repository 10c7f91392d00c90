/**
 * How nouns leave the process: Go's spelling of their names by one rule and a table of exceptions, JSON with Go's
 * conventions (encoding/json), and our own binary form with stable field numbers.
 */
export { decodeBinary, encodeBinary, readBinary, writeBinary } from "./binary.ts";
export { ByteReader, ByteWriter, Slab } from "./byte-stream.ts";
export { decodeJson, type JsonReader, jsonReader, jsonReaderOfType } from "./json-decode.ts";
export { encodeJson, encodeJsonDraft, encodeJsonList, encodeValue, jsonText } from "./json-encode.ts";
export { type JsonLimits, parseJson } from "./json-parse.ts";
export { indentJson } from "./json-indent.ts";
export { fieldNameOf, type Form, wireName, wireNameIn } from "./names.ts";
export { formatTime, parseTime } from "./time.ts";
