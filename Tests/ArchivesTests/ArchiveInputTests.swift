import Archives
import Foundation
import Testing

@Suite struct ArchiveInputTests {
    @Test func directoriesGiveTheirArchivesInTheOrderOfBytes() throws {
        let directory = try TemporaryDirectory()
        for name in [
            "b.ndjson", "a/z.csv.gz", "a/B.JSONL", "Z.tsv.zst", ".hidden.ndjson", "notes.md",
            "c.txt", ".git/x.json", "d.gz", "客户.json",
        ] { try directory.write(name, "x") }
        let inputs = try ArchiveInput.resolve([ArchivePath(directory.path)])
        let names = inputs.map { String($0.name.dropFirst(directory.path.count + 1)) }
        #expect(names == ["Z.tsv.zst", "a/B.JSONL", "a/z.csv.gz", "b.ndjson", "c.txt", "客户.json"])
    }

    @Test func aRosterRightInADirectoryIsNoArchive() throws {
        let directory = try TemporaryDirectory()
        for name in ["a.ndjson", "roster.csv", "2024/roster.csv"] { try directory.write(name, "x") }
        let inputs = try ArchiveInput.resolve([ArchivePath(directory.path)])
        let names = inputs.map { String($0.name.dropFirst(directory.path.count + 1)) }
        #expect(names == ["2024/roster.csv", "a.ndjson"])
        #expect(try ArchiveInput.resolve([directory.path("roster.csv")]).count == 1)
    }

    @Test func namedFilesAreTakenWhateverTheyAreCalled() throws {
        let directory = try TemporaryDirectory()
        try directory.write(".odd", "x")
        let inputs = try ArchiveInput.resolve([directory.path(".odd"), ArchivePath("-")])
        #expect(inputs.map(\.name) == [directory.path + "/.odd", "<stdin>"])
    }

    @Test func hostileNamesAreReadAndPrintedHarmlessly() throws {
        let directory = try TemporaryDirectory()
        let name: [UInt8] =
            Array("a\n\u{1B}[31m\u{202E}\\".utf8) + [0xFF, 0xE4, 0xBD] + Array(".ndjson".utf8)
        let path = ArchivePath(bytes: Array(directory.path.utf8) + [0x2F] + name)
        let file = path.bytes.map { CChar(bitPattern: $0) } + [0]
        let handle = try #require(fopen(file, "w"))
        fputs("{}\n", handle)
        fclose(handle)
        let inputs = try ArchiveInput.resolve([ArchivePath(directory.path)])
        #expect(inputs.map(\.path) == [path])
        #expect(text(try contents(try inputs[0].open())) == "{}\n")
        #expect(inputs[0].name.hasSuffix("/a\\n\\x1B[31m\\u{202E}\\\\\\xFF\\xE4\\xBD.ndjson"))
    }

    @Test func whatIsMissingIsAnErrorAndNotNothing() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: ArchiveError.noArchives(path: directory.path)) {
            try ArchiveInput.resolve([ArchivePath(directory.path)])
        }
        let none = directory.path("none")
        #expect(throws: ArchiveError.cannotOpen(path: none.description, errno: ENOENT)) {
            try ArchiveInput.resolve([none])
        }
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/gone.ndjson", withDestinationPath: "nowhere")
        #expect(throws: ArchiveError.self) {
            try ArchiveInput.resolve([ArchivePath(directory.path)])
        }
    }

    @Test("a pipe under an archive's name is neither waited for nor passed over")
    func pipesInDirectories() throws {
        let directory = try TemporaryDirectory()
        let pipe = directory.path("a.ndjson")
        #expect(pipe.withCString { mkfifo($0, 0o600) } == 0)
        #expect(throws: ArchiveError.notRegular(path: pipe.description)) {
            try ArchiveInput.resolve([ArchivePath(directory.path)])
        }
        // Of another name it is nobody's archive.
        #expect(directory.path("b.fifo").withCString { mkfifo($0, 0o600) } == 0)
        #expect(try ArchiveInput.resolve([pipe]).count == 1)
    }

    @Test func linksThatGoInCirclesEnd() throws {
        let directory = try TemporaryDirectory()
        try directory.write("a/x.ndjson", "x")
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/a/up", withDestinationPath: "..")
        #expect(try ArchiveInput.resolve([ArchivePath(directory.path)]).count == 1)
    }
}
