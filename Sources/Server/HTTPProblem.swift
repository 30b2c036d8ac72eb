import HTTPTypes
import Hummingbird

/// An error as the API tells it, RFC 9457.
struct HTTPProblem: Error, Hashable {
    /// A stable word; the type is `urn:mingjian:problem:` and it.
    var code: String
    var status: HTTPResponse.Status
    var detail: String
    /// Beside it, `Allow` or `Retry-After`.
    var field: HTTPField?

    init(_ code: String, _ status: HTTPResponse.Status, _ detail: String, field: HTTPField? = nil) {
        self.code = code
        self.status = status
        self.detail = detail
        self.field = field
    }

    var response: Response {
        let body = ResponseJSON.members([
            "type": .text("urn:mingjian:problem:\(code)"), "title": .text(status.reasonPhrase),
            "status": .integer(Int64(status.code)), "detail": .text(detail),
        ])
        var response = Response.bytes(body.bytes, "application/problem+json", status: status)
        if let field { response.headers[field.name] = field.value }
        return response
    }

    static let noShop = HTTPProblem("no-such-shop", .notFound, "nothing has come of this shop")

    static func badParameter(_ name: String, _ about: String) -> HTTPProblem {
        HTTPProblem("bad-parameter", .badRequest, "\(name): \(about)")
    }
}

extension Response {
    /// A whole answer, which nobody may keep.
    static func bytes(_ bytes: [UInt8], _ type: String, status: HTTPResponse.Status = .ok) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = type
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
