import Diagnostics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why an archive cannot be read any further: the environment's fault, not a record's.
///
/// Paths are printable already (`ArchivePath.description`). What is wrong inside a record is a
/// diagnostic and never thrown.
public enum ArchiveError: Error, Hashable, Sendable {
    /// What is wrong with compressed bytes.
    public enum Damage: Hashable, Sendable {
        case truncated
        /// The library's own words.
        case corrupt(String)
        /// Whole, but packed so that unpacking takes more memory than an archive gets.
        case windowTooLarge
    }

    case cannotOpen(path: String, errno: Int32)
    /// A link in a directory of archives, under the name of one.
    case leadsNowhere(path: String)
    /// A pipe or device under an archive's name in a directory: nobody is waited for who was not named.
    case notRegular(path: String)
    /// `offset` is the number of bytes read before.
    case cannotRead(path: String, offset: Int, errno: Int32)
    /// A temporary file could not be made, written or read back.
    case cannotSpill(path: String, errno: Int32)
    /// A gzip or zstd stream that is cut or broken; both counts are bytes up to that point.
    case damaged(path: String, format: String, compressed: Int, decompressed: Int, damage: Damage)
    case outOfMemory(path: String)
    /// A directory without any file that looks like an archive.
    case noArchives(path: String)
    /// An encoding that does not exist, or cannot be opened.
    case unknownEncoding(String)
    /// Neither conversations nor messages nor a table: the first record, shortened.
    case unknownShape(path: String, start: String)
    /// It is a file of another program.
    case foreignFormat(path: String, ForeignFormat)
    /// A table whose columns could not be told; lists the columns it has and the ones missing.
    case unmappedColumns(path: String, missing: [String], header: [String])
    /// A mapping or roster file that does not say what it must.
    case invalidMapping(path: String, Phrase)
    case unknownZone(String)
    /// An array of all records, or records that stand on several lines each.
    case notLines(path: String, isArray: Bool)
    /// A roster in which nobody can be found.
    case invalidRoster(path: String, Phrase)
    /// The user wants no more: no fault of the archive.
    case interrupted

    /// Whether the archive is whole, but of something else than chats.
    public var isForeign: Bool {
        switch self {
        case .unknownShape, .unmappedColumns, .notLines, .foreignFormat: true
        default: false
        }
    }

    /// One sentence, lower case and without full stop, in both languages.
    public var phrase: Phrase {
        switch self {
        case .cannotOpen(let path, let code):
            let reason = Phrase(system: code)
            return Phrase(
                "cannot open archive '\(path)': \(reason.english)",
                "无法打开档案“\(path)”：\(reason.chinese)")
        case .leadsNowhere(let path):
            return Phrase(
                "link '\(path)' leads nowhere: mend it, or take it out of the directory",
                "链接“\(path)”指向的文件不存在：请改正它，或从目录里移走")
        case .notRegular(let path):
            return Phrase(
                "'\(path)' is no regular file: take it out of the directory, or name it itself to read it",
                "“\(path)”不是普通文件：请从目录里移走；确要读取，请直接写出它的名字")
        case .cannotRead(let path, let offset, let code):
            let reason = Phrase(system: code)
            return Phrase(
                "cannot read archive '\(path)' after \(offset) bytes: \(reason.english)",
                "读取档案“\(path)”失败（已读 \(offset) 字节）：\(reason.chinese)")
        case .cannotSpill(let path, let code):
            let reason = Phrase(system: code)
            return Phrase(
                "cannot use temporary file '\(path)': \(reason.english)",
                "无法使用临时文件“\(path)”：\(reason.chinese)")
        case .damaged(let path, let format, let compressed, let decompressed, let damage):
            switch damage {
            case .truncated:
                return Phrase(
                    "archive '\(path)' ends inside its \(format) data: read \(compressed) bytes, "
                        + "which unpacked to \(decompressed)",
                    "档案“\(path)”的 \(format) 数据不完整：读了 \(compressed) 字节，解出 \(decompressed) 字节")
            case .windowTooLarge:
                return Phrase(
                    "archive '\(path)' was packed with a window of more than 128 MiB (zstd --long or --ultra); unpack it "
                        + "beside the run: zstd -dc --long=31 FILE | mingjian … -",
                    "档案“\(path)”压缩时用的窗口超过 128 MiB（zstd --long 或 --ultra），请先解开再读："
                        + "zstd -dc --long=31 FILE | mingjian … -")
            case .corrupt(let reason):
                return Phrase(
                    "archive '\(path)' has broken \(format) data (\(reason)): read \(compressed) "
                        + "bytes, which unpacked to \(decompressed)",
                    "档案“\(path)”的 \(format) 数据损坏（\(reason)）：读了 \(compressed) 字节，"
                        + "解出 \(decompressed) 字节")
            }
        case .outOfMemory(let path):
            return Phrase(
                "not enough memory to read archive '\(path)'", "内存不足，无法读取档案“\(path)”")
        case .noArchives(let path):
            return Phrase(
                "directory '\(path)' has no archive "
                    + "(.ndjson .jsonl .json .csv .tsv .txt, also with .gz or .zst)",
                "目录“\(path)”里没有档案（.ndjson .jsonl .json .csv .tsv .txt，可带 .gz 或 .zst）")
        case .unknownEncoding(let name):
            return Phrase(
                "unknown encoding '\(name)': take utf-8, utf-16le, utf-16be or gb18030",
                "未知编码“\(name)”：可用 utf-8、utf-16le、utf-16be、gb18030")
        case .unknownShape(let path, let start):
            return Phrase(
                "archive '\(path)' is neither conversations nor messages nor a table; "
                    + "its first record begins '\(start)'",
                "档案“\(path)”既不是会话、消息，也不是表格；第一条记录开头是“\(start)”")
        case .foreignFormat(let path, let format):
            return Phrase(
                "'\(path)' is \(format.phrase.english)", "“\(path)”\(format.phrase.chinese)")
        case .unmappedColumns(let path, let missing, let header):
            return Phrase(
                "table '\(path)' has no column for \(missing.joined(separator: ", ")); "
                    + "its columns are \(header.joined(separator: ", "))",
                "表格“\(path)”缺少这些列：\(missing.joined(separator: "、"))；"
                    + "现有列：\(header.joined(separator: "、"))")
        case .invalidMapping(let path, let reason):
            return Phrase(
                "cannot use mapping '\(path)': \(reason.english)",
                "无法使用列映射“\(path)”：\(reason.chinese)")
        case .unknownZone(let name):
            return Phrase(
                "unknown time zone '\(name)' in 'zone' of the mapping: write one like Asia/Shanghai",
                "列映射的 zone 里时区“\(name)”未知：请写成 Asia/Shanghai 这样的名称")
        case .notLines(let path, let isArray):
            let fix = "jq -c '\(isArray ? ".[]" : ".")' FILE > FILE.ndjson"
            return Phrase(
                (isArray ? "archive '\(path)' is a JSON array" : "archive '\(path)' has records of several lines")
                    + ", and one object a line is read; make it so: \(fix)",
                (isArray ? "档案“\(path)”是一个 JSON 数组" : "档案“\(path)”的记录跨了多行")
                    + "，而这里读的是每行一个对象；可以这样转换：\(fix)")
        case .invalidRoster(let path, let reason):
            return Phrase(
                "cannot use roster '\(path)': \(reason.english)",
                "无法使用花名册“\(path)”：\(reason.chinese)")
        case .interrupted: return Phrase("interrupted", "已中断")
        }
    }
}

extension ArchiveError {
    /// Files that are told by their first bytes, and are no archives.
    public enum ForeignFormat: Sendable, Hashable, CaseIterable {
        case zip, office, pdf, bzip2, rar, html

        /// What it is, and what helps.
        fileprivate var phrase: Phrase {
            switch self {
            case .zip:
                Phrase(
                    "a zip file, or a workbook (.xlsx): unpack it (unzip -p FILE | mingjian … -), or save the sheet as CSV",
                    "是 zip 压缩包或 Excel 工作簿（.xlsx）：请先解压（unzip -p FILE | mingjian … -），或另存为 CSV")
            case .office:
                Phrase(
                    "an old workbook or document (.xls, .doc): save the sheet as CSV",
                    "是旧版 Office 文件（.xls、.doc）：请另存为 CSV")
            case .pdf: Phrase("a PDF: take the export as a table or as JSON", "是 PDF：请改用表格或 JSON 导出")
            case .bzip2:
                Phrase("packed by bzip2: bzcat FILE | mingjian … -", "由 bzip2 压缩：bzcat FILE | mingjian … -")
            case .rar: Phrase("packed by RAR: unpack it", "是 RAR 压缩包：请先解压")
            case .html:
                Phrase("a web page, whatever its name says: save the sheet as CSV", "其实是网页：请另存为 CSV")
            }
        }
    }
}
