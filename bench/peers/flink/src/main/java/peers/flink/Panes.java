package peers.flink;
import peers.*;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.*;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Hand-written sliding count: one ring of pane counts for each key and one timer for each slide. In-order input only. */
final class Panes extends KeyedProcessFunction<Integer, Bid, Win> {
    private final int slide, panes; private transient ValueState<Ring> state;
    Panes(long size, long slide) { this.slide = (int) slide; panes = (int) (size / slide); }
    public static final class Ring implements java.io.Serializable { public int[] count; public long total; public long timer = -1; public Ring() { } }
    @Override public void open(OpenContext c) { state = getRuntimeContext().getState(new ValueStateDescriptor<>("ring", Ring.class)); }
    @Override public void processElement(Bid b, Context c, Collector<Win> out) throws Exception {
        Ring r = state.value();
        if (r == null) { r = new Ring(); r.count = new int[panes + 8]; }
        long pane = b.ts / slide;
        // the ring has spare panes because the watermark may lag: panes ahead of the next timer are not yet in the total
        if (r.timer < 0) { r.timer = (pane + 1) * slide - 1; c.timerService().registerEventTimeTimer(r.timer); }
        if (pane - r.timer / slide + panes >= r.count.length) r.count = grow(r.count, r.timer / slide, pane);
        r.count[(int) (pane % r.count.length)]++;
        state.update(r);
    }
    private int[] grow(int[] old, long from, long to) {
        int[] n = new int[(int) Math.max(old.length * 2L, panes + (to - from) + 8)];
        for (long p = Math.max(0, from - panes); p < from - panes + old.length; p++) n[(int) (p % n.length)] = old[(int) (p % old.length)];
        return n;
    }
    @Override public void onTimer(long ts, OnTimerContext c, Collector<Win> out) throws Exception {
        Ring r = state.value();
        long pane = ts / slide;               // the pane that just closed
        r.total += r.count[(int) (pane % r.count.length)];
        long gone = pane - panes;             // the pane that leaves the window
        if (gone >= 0) { int i = (int) (gone % r.count.length); r.total -= r.count[i]; r.count[i] = 0; }
        if (r.total > 0) out.collect(new Win(ts + 1, c.getCurrentKey(), r.total));
        boolean ahead = false;
        if (r.total == 0) for (int x : r.count) if (x != 0) { ahead = true; break; }
        if (r.total > 0 || ahead) { r.timer = ts + slide; c.timerService().registerEventTimeTimer(r.timer); state.update(r); }
        else state.clear();
    }
}
