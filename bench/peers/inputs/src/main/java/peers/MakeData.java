package peers;
import java.io.*;
import java.nio.file.*;
/** Writes the input file: folder words with lines.txt (1 450 000 lines). */
public final class MakeData {
    public static void main(String[] a) throws IOException {
        Path d = Path.of(a[0]);
        write(d.resolve("words/lines.txt"), Integer.parseInt(a[1]), Gen::line);
    }
    static void write(Path p, int n, java.util.function.IntFunction<String> f) throws IOException {
        Files.createDirectories(p.getParent());
        try (BufferedWriter w = Files.newBufferedWriter(p, java.nio.charset.StandardCharsets.ISO_8859_1)) {
            for (int i = 0; i < n; i++) { w.write(f.apply(i)); w.write('\n'); }
        }
    }
}
