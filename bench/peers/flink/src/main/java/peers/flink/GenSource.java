package peers.flink;
import peers.*;
import org.apache.flink.api.connector.source.*;
import org.apache.flink.core.io.*;
import java.io.*;
import java.nio.ByteBuffer;
import java.util.*;
import java.util.concurrent.CompletableFuture;

/** FLIP-27 source of `events` items cut in `parts` strided parts; flat out (t0 = 0) or paced (event n due at t0 + n/perMs). */
final class GenSource<T> implements Source<T, GenSource.Part, List<GenSource.Part>> {
    interface Make<T> extends Serializable { T at(int n, long ts); }
    private final Make<T> make; private final int events, parts, perMs; private final long t0; private final boolean stamped;
    private final Boundedness kind;
    GenSource(Make<T> make, int events, int parts, int perMs, long t0, boolean stamped, Boundedness kind) {
        this.make = make; this.events = events; this.parts = parts; this.perMs = perMs; this.t0 = t0; this.stamped = stamped; this.kind = kind;
    }
    static final class Part implements SourceSplit, Serializable {
        final int part; int next;
        Part(int part, int next) { this.part = part; this.next = next; }
        @Override public String splitId() { return "" + part; }
    }
    @Override public Boundedness getBoundedness() { return kind; }
    @Override public SourceReader<T, Part> createReader(SourceReaderContext c) { return new Reader(); }
    @Override public SplitEnumerator<Part, List<Part>> createEnumerator(SplitEnumeratorContext<Part> c) {
        List<Part> all = new ArrayList<>();
        for (int p = 0; p < parts; p++) all.add(new Part(p, p));
        return new Enumerator(c, all);
    }
    @Override public SplitEnumerator<Part, List<Part>> restoreEnumerator(SplitEnumeratorContext<Part> c, List<Part> left) { return new Enumerator(c, left); }

    private static final class Enumerator implements SplitEnumerator<Part, List<Part>> {
        final SplitEnumeratorContext<Part> c; final List<Part> left;
        Enumerator(SplitEnumeratorContext<Part> c, List<Part> left) { this.c = c; this.left = new ArrayList<>(left); }
        @Override public void start() { }
        @Override public void handleSplitRequest(int s, String host) { }
        @Override public void addSplitsBack(List<Part> s, int subtask) { left.addAll(s); }
        @Override public void addReader(int s) {
            for (Iterator<Part> i = left.iterator(); i.hasNext(); ) { Part p = i.next(); if (p.part % c.currentParallelism() == s) { c.assignSplit(p, s); i.remove(); } }
            c.signalNoMoreSplits(s);
        }
        @Override public List<Part> snapshotState(long id) { return new ArrayList<>(left); }
        @Override public void close() { }
    }

    private final class Reader implements SourceReader<T, Part> {
        private final List<Part> mine = new ArrayList<>(); private boolean noMore, started; private int turn;
        private final CompletableFuture<Void> available = new CompletableFuture<>();
        @Override public void start() { }
        @Override public InputStatus pollNext(ReaderOutput<T> out) {
            if (mine.isEmpty()) return noMore ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
            if (!started) { started = true; Probe.first(); }
            long due = t0 == 0 ? events : Math.min(events, (Probe.nowUs() - t0 * 1000) * perMs / 1000);
            int idle = 0;
            for (int k = 0; k < 64; ) {
                if (mine.isEmpty()) return InputStatus.END_OF_INPUT;
                if (turn >= mine.size()) turn = 0;
                Part p = mine.get(turn++);
                int n = p.next;
                if (n >= events) { mine.remove(p); continue; }
                if (n >= due) { if (++idle >= mine.size()) { nap(); return InputStatus.MORE_AVAILABLE; } continue; }
                idle = 0; k++;
                long ts = t0 + n / perMs;
                if (stamped) out.collect(make.at(n, ts), ts); else out.collect(make.at(n, ts));
                p.next = n + parts;
            }
            return InputStatus.MORE_AVAILABLE;
        }
        private void nap() { java.util.concurrent.locks.LockSupport.parkNanos(100_000); }
        @Override public List<Part> snapshotState(long id) { List<Part> l = new ArrayList<>(); for (Part p : mine) l.add(new Part(p.part, p.next)); return l; }
        @Override public CompletableFuture<Void> isAvailable() { return mine.isEmpty() && !noMore ? available : CompletableFuture.completedFuture(null); }
        @Override public void addSplits(List<Part> s) { mine.addAll(s); available.complete(null); }
        @Override public void notifyNoMoreSplits() { noMore = true; available.complete(null); }
        @Override public void close() { }
    }
    @Override public SimpleVersionedSerializer<Part> getSplitSerializer() {
        return new SimpleVersionedSerializer<>() {
            @Override public int getVersion() { return 1; }
            @Override public byte[] serialize(Part p) { return ByteBuffer.allocate(8).putInt(p.part).putInt(p.next).array(); }
            @Override public Part deserialize(int v, byte[] b) { ByteBuffer x = ByteBuffer.wrap(b); return new Part(x.getInt(), x.getInt()); }
        };
    }
    @Override public SimpleVersionedSerializer<List<Part>> getEnumeratorCheckpointSerializer() {
        return new SimpleVersionedSerializer<>() {
            @Override public int getVersion() { return 1; }
            @Override public byte[] serialize(List<Part> l) { ByteBuffer x = ByteBuffer.allocate(8 * l.size()); for (Part p : l) x.putInt(p.part).putInt(p.next); return x.array(); }
            @Override public List<Part> deserialize(int v, byte[] b) { ByteBuffer x = ByteBuffer.wrap(b); List<Part> l = new ArrayList<>(); while (x.hasRemaining()) l.add(new Part(x.getInt(), x.getInt())); return l; }
        };
    }
}
