#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Phrase {
    /// Why the system refused something: its own words for `code` (an `errno`), with Chinese for the frequent ones.
    public init(system code: Int32) {
        let english = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        let chinese =
            switch code {
            case ENOENT: "没有这个文件或目录"
            case EEXIST: "已经存在"
            case EACCES, EPERM: "没有权限"
            case EISDIR: "是目录"
            case ENOTDIR: "不是目录"
            case ENOTEMPTY: "目录不是空的"
            case ENOSPC: "磁盘已满"
            case EROFS: "只读文件系统"
            case EMFILE, ENFILE: "打开的文件太多"
            case EIO: "读写错误"
            case ELOOP: "符号链接太多层"
            case ENAMETOOLONG: "文件名太长"
            case EPIPE: "对方已关闭管道"
            default: english
            }
        self.init(english.prefix(1).lowercased() + english.dropFirst(), chinese)
    }
}
