import * as platform from "node:crypto";
import { type Cryptography, cryptographyOf } from "#core/template";

/** The platform's cryptography: keys and certificates of the cases are real ones. */
export const testCryptography: Cryptography = cryptographyOf(platform);
