package seismic

// peak is a maximum of the level.
type peak struct {
	at         int64   // sample
	levelDB    float64 // above the noise
	prominence float64 // dB above the valley before it
}

// peakPicker finds maxima of a level that stand out: it has to rise by swingDB before and to fall by swingDB after.
// That works at any strength, where a fixed threshold would merge the steps of somebody close by.
type peakPicker struct {
	swingDB float64

	falling   bool
	high, low float64
	highAt    int64
	valley    float64
}

// update takes a level and gives the peak that it completes.
func (p *peakPicker) update(at int64, levelDB float64) (peak, bool) {
	if p.falling {
		p.low = min(p.low, levelDB)
		if levelDB >= p.low+p.swingDB {
			p.falling, p.valley = false, p.low
			p.high, p.highAt = levelDB, at
		}
		return peak{}, false
	}
	if levelDB > p.high {
		p.high, p.highAt = levelDB, at
	}
	if levelDB > p.high-p.swingDB {
		return peak{}, false
	}
	p.falling, p.low = true, levelDB
	return peak{at: p.highAt, levelDB: p.high, prominence: p.high - p.valley}, true
}

// maxPeaks is how many peaks are looked back on.
const maxPeaks = 40

// peakList keeps the newest peaks, oldest first.
type peakList struct {
	all   [maxPeaks]peak
	count int
}

// add takes a peak later than all before.
func (l *peakList) add(p peak) {
	if l.count > 0 {
		p.at = max(p.at, l.all[l.count-1].at+1)
	}
	if l.count == maxPeaks {
		copy(l.all[:], l.all[1:])
		l.count--
	}
	l.all[l.count] = p
	l.count++
}

// forget drops the peaks before a sample.
func (l *peakList) forget(before int64) {
	drop := 0
	for drop < l.count && l.all[drop].at < before {
		drop++
	}
	copy(l.all[:], l.all[drop:l.count])
	l.count -= drop
}

func (l *peakList) peaks() []peak { return l.all[:l.count] }
