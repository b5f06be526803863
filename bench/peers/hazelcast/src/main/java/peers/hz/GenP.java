package peers.hz;
import peers.Probe;
import com.hazelcast.jet.Traverser;
import com.hazelcast.jet.core.*;
import java.util.Map;
import static com.hazelcast.jet.Util.entry;

/**
 * Source of `events` items cut in `parts` strided parts (part p holds n = p, p+parts, ...). Rewindable: saves the next n of each part.
 * perMs = events per millisecond of event time. t0 = 0: flat out; else paced: event n is due at t0 + n/perMs (wall clock, ms).
 */
final class GenP extends AbstractProcessor {
    private final Make make; private final EventTimeMapper<Object> mapper;
    private final int events, parts, perMs; private final long t0;
    private int[] mine; private int[] next; private int turn, live; private boolean started;
    private Traverser<Object> pending; private Object item; private int pendingPart = -1;
    private Traverser<Map.Entry<BroadcastKey<Integer>, Integer>> snap;

    GenP(Make make, EventTimePolicy<Object> policy, int events, int parts, int perMs, long t0) {
        this.make = make; this.events = events; this.parts = parts; this.perMs = perMs; this.t0 = t0;
        this.mapper = policy == null ? null : new EventTimeMapper<>(policy);
    }
    @Override protected void init(Context c) {
        int count = 0;
        for (int p = c.globalProcessorIndex(); p < parts; p += c.totalParallelism()) count++;
        mine = new int[count]; next = new int[count];
        for (int k = 0, p = c.globalProcessorIndex(); p < parts; p += c.totalParallelism(), k++) { mine[k] = p; next[k] = p; }
        if (mapper != null) mapper.addPartitions(count);
    }
    @Override public boolean complete() {
        if (!started) { started = true; Probe.first(); live = 0; for (int n : next) if (n < events) live++; }
        long due = t0 == 0 ? events : Math.min(events, (Probe.nowUs() - t0 * 1000) * perMs / 1000);
        int idle = 0;
        for (int k = 0; k < 1024; ) {
            if (item == null && pending != null && (item = pending.next()) == null) {
                pending = null; int p = pendingPart; next[p] += parts; if (next[p] >= events) live--;
            }
            if (item != null) { if (!tryEmit(item)) return false; item = null; continue; }
            if (live == 0) return true;
            int p = turn; if (++turn == mine.length) turn = 0;
            int n = next[p];
            if (n >= due) { if (++idle >= mine.length) return false; continue; }
            idle = 0; k++;
            long ts = t0 + n / perMs;
            Object o = make.at(n, ts);
            if (mapper == null) {
                if (!tryEmit(o)) { if (--turn < 0) turn = mine.length - 1; return false; }
                next[p] += parts; if (next[p] >= events) live--;
            } else { pending = mapper.flatMapEvent(o, p, ts); pendingPart = p; }
        }
        return false;
    }
    @Override public boolean saveToSnapshot() {
        if (snap == null) {
            Object[] all = new Object[mine.length];
            for (int k = 0; k < all.length; k++) all[k] = entry(BroadcastKey.broadcastKey(mine[k]), next[k]);
            @SuppressWarnings({"unchecked", "rawtypes"}) Traverser<Map.Entry<BroadcastKey<Integer>, Integer>> t = (Traverser) com.hazelcast.jet.Traversers.traverseArray(all);
            snap = t.onFirstNull(() -> snap = null);
        }
        return emitFromTraverserToSnapshot(snap);
    }
    @Override protected void restoreFromSnapshot(Object key, Object value) {
        int part = ((BroadcastKey<Integer>) key).key();
        for (int k = 0; k < mine.length; k++) if (mine[k] == part) next[k] = (Integer) value;
    }
}
