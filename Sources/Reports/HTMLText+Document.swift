extension HTMLText {
    /// Opens a page without script: its head, with the common style and one of its own, up to `</head>`.
    ///
    /// Nothing from outside is allowed on it, and no style but these two, told by their digests (SHA-256, Base64).
    mutating func openDocument(title: String, style: StaticString, digest: StaticString) {
        raw("<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n")
        raw(
            """
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; \
            form-action 'none'; style-src 'sha256-
            """)
        raw(HTMLReport.styleDigest)
        raw("' 'sha256-")
        raw(digest)
        raw(
            """
            '">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <meta name="robots" content="noindex">

            """)
        element("<title>", title, "</title>\n<style>")
        raw(HTMLReport.style)
        raw("</style>\n<style>")
        raw(style)
        raw("</style>\n</head>\n")
    }

    /// Ends `<main>` and the page with what made it.
    mutating func closeDocument(engine: String) {
        raw("</main>\n<footer class=\"wrap\">明鉴 · 本页自成一体，不向外发出任何请求")
        element(" · 引擎 ", shortened(engine, to: 60), "</footer>\n</body>\n</html>\n")
    }
}
