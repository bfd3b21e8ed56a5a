package geopicture

import (
	"math"
	"strconv"
)

const (
	mostSide        = 1 << 22
	mostSamples     = 64
	mostBlockBytes  = 64 << 20 // unpacked, in the file's samples
	mostBlockPixels = 16 << 20
	mostBlocks      = 2 << 20 // of all layers of a file
	rowsAtOnce      = 1 << 20 // bytes of uncompressed rows that are read together
)

// Of TIFF 6.0.
const (
	photoWhiteIsZero, photoBlackIsZero, photoRGB, photoPalette, photoMask, photoYCbCr = 0, 1, 2, 3, 4, 6

	packNone, packLZW, packJPEG, packDeflate, packBits, packOldDeflate = 1, 5, 7, 8, 32773, 32946

	formatUnsigned, formatSigned, formatFloat = 1, 2, 3
)

// layer is one raster of a file: the picture itself, a smaller one of it (an overview), or a mask of either.
type layer struct {
	t             *tiff
	id            int // its directory
	width, height int
	bits, samples int
	photometric   uint64
	compression   uint64
	predictor     uint64
	flip          bool // the bits of a byte run from the lowest to the highest
	planar        bool // each band in blocks of its own
	blockW        int
	blockH        int
	strips        bool
	stripRows     int // of a strip in the file; rows that are not compressed are read in blocks of another height
	offsets       values
	lengths       values
	jpegTables    []byte
	alpha         int  // the sample that is the opacity, or -1
	associated    bool // colours are multiplied by it
	noData        int  // of all bands, or -1
	palette       []uint8
	tone          []uint8 // from a sample to its brightness
	mask          *layer
}

// readLayer checks how a raster is stored.
func readLayer(t *tiff, id int) (*layer, error) {
	d := t.directories[id]
	l := &layer{t: t, id: id}
	n := numbers{t: t, d: d}
	l.width, l.height = n.upTo(tagWidth, 0, mostSide), n.upTo(tagHeight, 0, mostSide)
	l.samples = n.upTo(tagSamples, 1, mostSamples)
	l.photometric, l.compression, l.predictor = n.get(tagPhotometric, photoBlackIsZero), n.get(tagCompression, packNone), n.get(tagPredictor, 1)
	l.flip, l.planar = n.get(tagFillOrder, 1) == 2, n.get(tagPlanar, 1) == 2 && l.samples > 1
	bits, err := t.whole(d[tagBits], 0, mostSamples)
	if err != nil {
		return nil, err
	}
	format := n.get(tagSampleFormat, formatUnsigned)
	if n.err != nil {
		return nil, n.err
	}
	if l.width < 1 || l.height < 1 || l.samples < 1 {
		return nil, damaged("a picture of %d x %d points and %d bands", l.width, l.height, l.samples)
	}
	l.bits = 1
	for i, b := range bits {
		if i > 0 && b != bits[0] {
			return nil, otherSamples("of bands with %d and %d bits", bits[0], b)
		}
		l.bits = int(min(b, 128))
	}
	if l.samples == 1 && (format == formatFloat || format == formatSigned && l.bits >= 16) {
		return nil, errElevation
	}
	if format > formatUnsigned && format != 4 || l.bits != 1 && l.bits != 2 && l.bits != 4 && l.bits != 8 && l.bits != 16 {
		return nil, otherSamples("of %d bits and format %d", l.bits, format)
	}
	for _, step := range []func(directory) error{l.readColours, l.readNoData, l.readBlocks, l.checkBlocks} {
		if err := step(d); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// numbers reads single values of a directory and keeps the first error.
type numbers struct {
	t   *tiff
	d   directory
	err error
}

func (n *numbers) get(tag uint16, missing uint64) uint64 {
	v, err := n.t.number(n.d, tag, missing)
	if err != nil && n.err == nil {
		n.err = err
	}
	return v
}

// upTo is a value that is 0 where it is more than can be.
func (n *numbers) upTo(tag uint16, missing, most uint64) int {
	if v := n.get(tag, missing); v <= most {
		return int(v)
	}
	return 0
}

// readColours finds out what the samples mean.
func (l *layer) readColours(d directory) error {
	l.alpha = -1
	colours := 1
	switch l.photometric {
	case photoWhiteIsZero, photoBlackIsZero, photoMask:
		if l.samples >= 3 {
			colours = 3 // bands of several colours that nobody has named
		}
	case photoPalette:
		table, err := l.t.whole(d[tagPalette], 0, 3<<16)
		if err != nil {
			return err
		}
		n := 1 << l.bits
		if len(table) < 3*n {
			return damaged("its palette is missing")
		}
		l.palette = make([]uint8, 3*n)
		for i := range n {
			for c := range 3 {
				l.palette[3*i+c] = uint8(table[c*n+i] >> 8)
			}
		}
	case photoRGB:
		colours = 3
	case photoYCbCr:
		if l.compression != packJPEG {
			return otherSamples("of YCbCr without JPEG")
		}
		colours = 3
	default:
		return otherSamples("of photometric interpretation %d", l.photometric)
	}
	if l.samples < colours {
		return damaged("%d bands instead of %d", l.samples, colours)
	}
	if l.bits < 8 && colours > 1 {
		return otherSamples("of colours with %d bits", l.bits)
	}
	extra, err := l.t.whole(d[tagExtraSamples], 0, mostSamples)
	if err != nil {
		return err
	}
	for i, kind := range extra {
		if at := l.samples - len(extra) + i; (kind == 1 || kind == 2) && at >= 1 {
			l.alpha, l.associated = at, kind == 1
			break
		}
	}
	if colours == 3 && l.alpha >= 0 && l.alpha < 3 { // two bands and their opacity
		l.alpha = -1
	}
	l.tone = plainTone(l.bits, l.photometric == photoWhiteIsZero && colours == 1)
	return nil
}

// colours is how many samples make the colour.
func (l *layer) colours() int {
	if l.photometric == photoPalette || l.samples < 3 {
		return 1
	}
	return 3
}

func (l *layer) readNoData(d directory) error {
	l.noData = -1
	text, err := l.t.text(d, tagNoData)
	if err != nil {
		return err
	}
	if v, err := strconv.ParseFloat(text, 64); err == nil && v >= 0 && v < 1<<16 && v == math.Trunc(v) {
		l.noData = int(v)
	}
	return nil
}

// readBlocks finds the strips or tiles.
func (l *layer) readBlocks(d directory) error {
	n := numbers{t: l.t, d: d}
	if _, tiled := d[tagTileOffsets]; tiled {
		l.offsets, l.lengths = d[tagTileOffsets], d[tagTileBytes]
		l.blockW, l.blockH = n.upTo(tagTileWidth, 0, mostSide), n.upTo(tagTileHeight, 0, mostSide)
	} else {
		l.strips = true
		l.offsets, l.lengths = d[tagStripOffsets], d[tagStripBytes]
		l.blockW = l.width
		l.blockH = int(min(n.get(tagRowsPerStrip, uint64(l.height)), uint64(l.height)))
	}
	if n.err != nil {
		return n.err
	}
	if l.blockW < 1 || l.blockH < 1 {
		return damaged("parts of %d x %d points", l.blockW, l.blockH)
	}
	l.stripRows = l.blockH
	parts := l.across() * l.down()
	if l.planar {
		parts *= l.samples
	}
	if parts > mostBlocks {
		return errLargeParts
	}
	if l.offsets.count != uint64(parts) || l.lengths.count != uint64(parts) {
		return damaged("%d parts instead of %d", l.offsets.count, parts)
	}
	switch l.compression {
	case packNone:
		if l.strips {
			l.blockH = max(1, min(l.height, rowsAtOnce/l.rowBytes(l.samples), mostBlockPixels/l.blockW))
		}
	case packJPEG:
		if l.bits != 8 {
			return otherSamples("of %d bits in JPEG", l.bits)
		}
		if bands := l.blockSamples(); bands != 1 && bands != 3 {
			return otherSamples("of %d bands in JPEG", bands)
		}
		tables, err := l.t.bytes(d[tagJPEGTables], 0, 1<<16)
		if err != nil {
			return err
		}
		l.jpegTables = tables
	case packLZW, packDeflate, packOldDeflate, packBits:
	default:
		return otherCompression(l.compression)
	}
	if l.compression == packLZW || l.compression == packDeflate || l.compression == packOldDeflate {
		if l.predictor != 1 && (l.predictor != 2 || l.bits < 8) {
			return damaged("predictor %d of %d bits", l.predictor, l.bits)
		}
	} else {
		l.predictor = 1
	}
	if l.blockW*l.blockH > mostBlockPixels || l.rowBytes(l.samples)*l.blockH > mostBlockBytes {
		return errLargeParts
	}
	return nil
}

// checkBlocks makes sure that the file has all of them.
func (l *layer) checkBlocks(directory) error {
	const atOnce = 1 << 16
	for from := uint64(0); from < l.offsets.count; from += atOnce {
		offsets, err := l.t.whole(l.offsets, from, atOnce)
		if err != nil {
			return err
		}
		lengths, err := l.t.whole(l.lengths, from, atOnce)
		if err != nil {
			return err
		}
		if len(offsets) != len(lengths) {
			return damaged("places of parts that are no numbers")
		}
		for i, at := range offsets {
			if at > uint64(l.t.size) || lengths[i] > uint64(l.t.size)-at {
				return errCut
			}
		}
	}
	return nil
}

// across and down are how many blocks lie side by side and one below the other.
func (l *layer) across() int { return (l.width + l.blockW - 1) / l.blockW }
func (l *layer) down() int   { return (l.height + l.blockH - 1) / l.blockH }

// blockSamples is how many samples of a point lie together.
func (l *layer) blockSamples() int {
	if l.planar {
		return 1
	}
	return l.samples
}

// rowBytes are those of a row of a block.
func (l *layer) rowBytes(samples int) int { return (l.blockW*samples*l.bits + 7) / 8 }

// rows are those of a block: the last strip is shorter, tiles never are.
func (l *layer) rows(y int) int {
	if l.strips {
		return min(l.blockH, l.height-y*l.blockH)
	}
	return l.blockH
}
