package peers;

/** The deterministic inputs and the checksum, exactly as WORKLOADS.md defines them. */
public final class Gen {
    public static final int AUCTIONS = 10_000, LINES = 50_000, WORDS_PER_LINE = 20, DICT = 100_000;
    static final int S_AUCTION = 0x1B873593, S_BIDDER = 0x3C6EF372, S_PRICE = 0x5BD1E995, S_KEY = 0x165667B1,
            S_WORD = 0x27D4EB2F;

    public static int mix(int x) {
        x ^= x >>> 16; x *= 0x85EBCA6B; x ^= x >>> 13; x *= 0xC2B2AE35; x ^= x >>> 16;
        return x;
    }
    public static int rnd(int n, int salt) { return mix(n + salt); }

    public static int auction(int n) {
        int r = rnd(n, S_AUCTION);
        return (r & 1) == 0 ? (n / 2000 * 101) % AUCTIONS : (r >>> 1) % AUCTIONS;
    }
    public static int bidder(int n) {
        int r = rnd(n, S_BIDDER), person = n / 50;
        return ((r & 3) != 0 ? person / 100 * 100 + 1 : Math.max(0, person - 999) + (r >>> 2) % 1010) % 250_000;
    }
    public static int price(int n) { return 1 + (rnd(n, S_PRICE) >>> 1) % 1_000_000; }
    public static Bid bid(int n, long ts) { return new Bid(auction(n), bidder(n), price(n), ts); }
    public static int key(int n) { return ((rnd(n, S_KEY) >>> 1) % 625) * 16 + (n & 15); }
    public static Trade trade(int n) { return new Trade(key(n), price(n)); }

    private static volatile String[] pool;
    /** The pool of 50 000 lines; line i of the input is pool[i mod 50 000]. */
    public static String[] pool() {
        String[] p = pool;
        if (p == null) {
            synchronized (Gen.class) {
                if (pool == null) {
                    p = new String[LINES];
                    StringBuilder b = new StringBuilder();
                    for (int i = 0; i < LINES; i++) {
                        b.setLength(0);
                        for (int j = 0; j < WORDS_PER_LINE; j++) {
                            if (j > 0) b.append(' ');
                            b.append('w').append((rnd(i * WORDS_PER_LINE + j, S_WORD) >>> 1) % DICT);
                        }
                        p[i] = b.toString();
                    }
                    pool = p;
                }
                p = pool;
            }
        }
        return p;
    }
    public static String line(int i) { return pool()[i % LINES]; }

    // ---- checksum ----
    public static int fold(int h, int w) { h = (h ^ w) * 0x01000193; return h ^ (h >>> 15); }
    static int lo(long v) { return (int) v; }
    static int hi(long v) { return (int) (v >>> 32); }
    public static final int H0 = 0x811C9DC5;
    public static int row(int a, int b, int c) { return mix(fold(fold(fold(H0, a), b), c)); }
    public static int row(int a, int b, int c, int d) { return mix(fold(fold(fold(fold(H0, a), b), c), d)); }
    public static int rowQ1(Bid b) { return row(b.auction, b.bidder, b.price, (int) b.ts); }
    public static int rowWin(long end, int key, long count) { return row((int) end, key, (int) count); }
    public static int rowSum(int key, long sum) { return row(key, lo(sum), hi(sum)); }
    public static int fnv(String s) {
        int h = H0;
        for (int i = 0; i < s.length(); i++) h = (h ^ s.charAt(i)) * 0x01000193;
        return h;
    }
    public static int rowWord(String w, long count) { return mix(fold(fold(H0, fnv(w)), (int) count)); }
}
