"""The table of a run: its rows and their rounds, and what several cases share."""
import statistics
import time

table = []
work = None  # the folder of the run


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def timed(name, do):
    start = time.time()
    done = do()
    say(f"{name}: {time.time() - start:.0f} s")
    return done


def median(rounds):
    return statistics.median(rounds) if rounds else None


class Row:
    """Goals are (what, sign, bound): what is peer, limit (ratios to them), value or p99."""

    def __init__(self, name, unit, goals, peer=None, limit=None):
        self.name, self.unit, self.goals, self.peer, self.limit = name, unit, goals, peer, limit
        self.rounds, self.sizes = {"Gantry": [], "peer": [], "limit": []}, {}
        self.p99, self.failed, self.note = [], 0, ""

    def add(self, side, figures, key="rate"):
        self.rounds[side].append(figures[key])
        self.sizes[side] = figures.get("answer_size")
        if side == "Gantry":
            self.p99.append(figures.get("p99_ms", 0))
            self.failed += int(figures.get("failed", 0))
            if figures.get("failed"):
                self.note = f"first failure: {int(figures['status'])}"
        elif figures.get("failed"):
            self.note = f"{int(figures['failed'])} failed answers of {getattr(self, side)} in a round"

    def ratio(self, side):
        """The median of the rounds' own ratios: a slow moment of the machine is slow for all who share a round."""
        return median([mine / other for mine, other in zip(self.rounds["Gantry"], self.rounds[side]) if other])

    def verdict(self):
        facts = {"peer": self.ratio("peer"), "limit": self.ratio("limit"), "value": median(self.rounds["Gantry"]),
                 "p99": median(self.p99), "failed": self.failed}
        texts, missed = [], False
        for what, sign, bound in self.goals:
            label = {"peer": f"× {self.peer}", "limit": f"of {self.limit}", "value": self.unit, "p99": "ms p99",
                     "failed": "failed"}
            texts.append(f"{'≥' if sign == '>' else '≤'} {bound} {label[what]}")
            if facts[what] is not None:
                missed |= facts[what] < bound if sign == ">" else facts[what] > bound
        return ", ".join(texts) or "–", "**no**" if missed or self.failed else "yes" if texts else "–"

    def cell(self, side):
        value = median(self.rounds[side])
        if value is None:
            return "–"
        text = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
        name = {"peer": self.peer, "limit": self.limit, "Gantry": None}[side]
        return f"{name} {text}" if name else text

    def detail(self):
        return "; ".join([f"{side} {' '.join(f'{v:.5g}' for v in values)}" for side, values in self.rounds.items() if values]
                         + [f"{side}'s answer {size:.0f} bytes" for side, size in self.sizes.items() if size])

    def text(self):
        goals, reached = self.verdict()
        ratios = [f"{r:.0f}" if r and r >= 20 else f"{r:.2g}" if r else "–" for r in map(self.ratio, ("peer", "limit"))]
        p99 = f" (p99 {median(self.p99):.3g} ms)" if self.p99 and median(self.p99) else ""
        notes = "; ".join(n for n in (self.note, f"{self.failed} failed" if self.failed else "") if n)
        return (f"| {self.name}, {self.unit}{' – ' + notes if notes else ''} | {self.cell('Gantry')}{p99} | {self.cell('peer')} "
                f"| {self.cell('limit')} | {ratios[0]} | {ratios[1]} | {goals} | {reached} |")


def row(*arguments, **options):
    table.append(Row(*arguments, **options))
    return table[-1]


def rounds(count, sides):
    """Every round takes the sides in turn, beginning with another one each time."""
    for n in range(count):
        for i in range(len(sides)):
            sides[(n + i) % len(sides)]()


class Shared:
    def __init__(self):
        self.made = {}

    def get(self, name, make):
        if name not in self.made:
            self.made[name] = timed(name, make)
        return self.made[name]

    def stop(self, *names):
        """Frees the processors and the memory for the cases that follow."""
        for name in names:
            for server in self.made.pop(name, []):
                server.remove()


shared = Shared()
