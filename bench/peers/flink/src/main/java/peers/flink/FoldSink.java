package peers.flink;
import peers.*;
import org.apache.flink.api.connector.sink2.*;
/** Folds the checksum. */
final class FoldSink<T> implements Sink<T> {
    interface Row<T> extends java.io.Serializable { int hash(T o); }
    private final Row<T> row;
    FoldSink(Row<T> row) { this.row = row; }
    @Override public SinkWriter<T> createWriter(WriterInitContext c) {
        return new SinkWriter<T>() {
            long rows; int sum;
            @Override public void write(T o, Context x) { sum += row.hash(o); rows++; }
            @Override public void flush(boolean end) { if (end) { Probe.done(rows, sum); rows = 0; sum = 0; } }
            @Override public void close() { if (rows > 0) Probe.done(rows, sum); }
        };
    }
}
