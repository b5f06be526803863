package peers.hz;
import peers.Probe;
import com.hazelcast.jet.core.AbstractProcessor;
/** Cooperative sink that folds the checksum. */
final class FoldP extends AbstractProcessor {
    interface Row extends java.io.Serializable { int hash(Object o); }
    private final Row row; private long rows; private int sum;
    FoldP(Row row) { this.row = row; }
    @Override protected boolean tryProcess(int ordinal, Object item) { sum += row.hash(item); rows++; return true; }
    @Override public void close() { Probe.done(rows, sum); }
}
