package peers.flink;
import peers.*;
import org.apache.flink.api.connector.sink2.*;
final class TopSink implements Sink<Top> {
    private final boolean clock;
    TopSink(boolean clock) { this.clock = clock; }
    @Override public SinkWriter<Top> createWriter(WriterInitContext c) {
        return new SinkWriter<Top>() {
            long rows; int sum;
            @Override public void write(Top t, Context x) {
                if (clock) Probe.result(t.end);
                for (int i = 0; i < t.size; i++) sum += Gen.rowWin(t.end, t.keys[i], t.max);
                rows += t.size;
            }
            @Override public void flush(boolean end) { if (end) { Probe.done(rows, sum); rows = 0; sum = 0; } }
            @Override public void close() { if (rows > 0) Probe.done(rows, sum); }
        };
    }
}
