import Diagnostics

/// What a value should have been, where it was something else.
enum ValueForm {
    case object, list, string, boolean, wholeNumber

    var title: Phrase {
        switch self {
        case .object: Phrase("an object", "对象")
        case .list: Phrase("a list", "列表")
        case .string: Phrase("a string", "字符串")
        case .boolean: Phrase("true or false", "true 或 false")
        case .wholeNumber: Phrase("a whole number", "整数")
        }
    }

    /// How to write `value` in this form; nil where nobody can know.
    ///
    /// - Parameter known: the keys of the object that was expected.
    func help(for value: JSONValue, known: [String]) -> Phrase? {
        switch (self, value.content) {
        case (.list, .string), (.list, .number):
            return value.sample.map { ValueForm.write("[\($0)]") }
        case (.list, .object):
            return Phrase("put it into brackets: [ { … } ]", "请放进方括号：[ { … } ]")
        case (.string, .number(let digits)): return ValueForm.write("\"\(quoted(digits))\"")
        case (.string, .bool(let flag)): return ValueForm.write("\"\(flag)\"")
        case (.string, .array(let elements)), (.wholeNumber, .array(let elements)), (.boolean, .array(let elements)):
            if elements.count == 1, let sample = elements[0].sample { return ValueForm.write(sample) }
            return Phrase("only one value may stand here, without [ ]", "这里只能写一个值，不加 [ ]")
        case (.wholeNumber, .string(let digits)):
            // "60", "60%", "500元"
            return Int64(digits.prefix { $0.isASCII && $0.isNumber }).map { ValueForm.write("\($0)") }
        case (.wholeNumber, .number):
            return Phrase("write it without a fraction or an exponent", "请不要写小数或指数")
        case (.boolean, .string(let word)):
            switch word.lowercased() {
            case "true", "yes", "是", "1": return ValueForm.write("true")
            case "false", "no", "否", "0": return ValueForm.write("false")
            default: return nil
            }
        case (.boolean, .number("1")): return ValueForm.write("true")
        case (.boolean, .number("0")): return ValueForm.write("false")
        case (.object, .array) where known.count == 1:
            return ValueForm.write("{ \"\(known[0])\": [ … ] }")
        case (.object, .array(let elements)):
            if elements.count == 1, case .object = elements[0].content {
                return Phrase("write it without the brackets [ ]", "请去掉方括号 [ ]")
            }
            return Phrase("one object may stand here: { … }", "这里只能写一个对象：{ … }")
        case (.object, _):
            let keys = known.filter { !$0.hasPrefix("$") }
            guard !keys.isEmpty else { return Phrase("write { … }", "请写成 { … }") }
            let list = keys.joined(separator: ", ")
            return Phrase("write { … } with some of: \(list)", "请写成 { … }，可用的键：\(list)")
        default: return nil
        }
    }

    private static func write(_ sample: String) -> Phrase {
        Phrase("write \(sample)", "请写成 \(sample)")
    }
}

extension JSONValue {
    /// A short scalar as it is written in JSON.
    fileprivate var sample: String? {
        switch content {
        case .string(let text): text.contains { "\"\\\n".contains($0) } ? nil : "\"\(quoted(text))\""
        case .number(let digits): quoted(digits)
        default: nil
        }
    }
}

extension RuleDecoder {
    /// Diagnoses a value that is not of the form that `name` needs.
    mutating func wrongType(_ value: JSONValue, _ name: String, _ form: ValueForm, known: [String] = []) {
        wrongType(value, name, form.title, help: form.help(for: value, known: known))
    }
}
