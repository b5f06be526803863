package peers.hz;
import peers.*;
import com.hazelcast.jet.core.AbstractProcessor;
import java.io.*;
/** Cooperative sink for Top rows; optionally notes the first result of each window, optionally appends "end wallUs" lines to a file. */
final class TopP extends AbstractProcessor {
    private final boolean clock; private final String file; private long rows; private int sum; private transient FileOutputStream out; private boolean startNoted;
    TopP(boolean clock, String file) { this.clock = clock; this.file = file; }
    @Override protected void init(Context c) throws IOException {
        if (file != null) out = new FileOutputStream(file + "." + ProcessHandle.current().pid(), true);
    }
    @Override protected boolean tryProcess(int ordinal, Object item) throws IOException {
        Top t = (Top) item;
        if (clock) Probe.result(t.end);
        if (out != null) out.write((t.end + " " + Probe.nowUs() + " " + t.max + "\n").getBytes());
        for (int i = 0; i < t.size; i++) sum += Gen.rowWin(t.end, t.keys[i], t.max);
        rows += t.size;
        return true;
    }
    @Override public void close() throws IOException { if (out != null) out.close(); Probe.done(rows, sum); }
}
