import Diagnostics

extension Explanation {
    /// The version and the scheme by which a part of a conversation is judged.
    public struct Basis: Sendable, Hashable {
        /// Nil where rules have no versions.
        public let version: Int?
        /// Id and name; nil where there are no schemes.
        public let scheme: String?
        public let schemeName: String
        /// That the part is reported under.
        public let group: String

        public init(version: Int?, scheme: (id: String, name: String)?, group: String) {
            self.version = version
            self.scheme = scheme?.id
            schemeName = scheme?.name ?? ""
            self.group = group
        }

        /// In words: version 2, scheme pre (售前) of group 售前一组.
        public var phrase: Phrase {
            var parts: [Phrase] = []
            if let version { parts.append(Phrase("version \(version)", "第 \(version) 版")) }
            if let scheme {
                parts.append(
                    Phrase(
                        "scheme \(scheme) (\(schemeName)) of group \(group)",
                        "分组 \(group) 的方案 \(scheme)（\(schemeName)）"))
            }
            return Phrase(parts.map(\.english).joined(separator: ", "), parts.map(\.chinese).joined(separator: "，"))
        }
    }
}
