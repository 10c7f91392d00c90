/** The element of `index.html` into which the web UI draws. */
export const rootElementId = "drover";
