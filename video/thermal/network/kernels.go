package network

// tile is how many neighbouring pixels the convolution kernels in assembly compute at once.
const tile = 6

// convArgs is one row of one block of 16 output channels of a convolution. With channels innermost and a border of one
// pixel, the taps of one row of the kernel lie side by side, so that a 3x3, a strided and a 1x1 convolution differ in
// numbers only. Steps and rows count floats.
type convArgs struct {
	out     []float32 // begins at the first pixel's first channel of the block
	in      []float32 // begins at the first tap of the first pixel
	weights []float32 // [rows][taps][16]
	bias    []float32 // [16]
	add     []float32 // like out, or nil
	pixels  int       // for the kernels in assembly a multiple of tile, above 0
	outStep int       // from pixel to pixel in out and add
	inStep  int       // from pixel to pixel in in
	inRow   int       // from row to row in in
	rows    int       // of the kernel
	taps    int       // in a row of the kernel, times input channels
	floor   float32   // results below are raised to it: 0 for ReLU, else -Inf
}

// depthArgs is one row of a depthwise 3x3 convolution. Steps and rows count floats.
type depthArgs struct {
	out      []float32
	in       []float32 // begins one pixel up and left of out's
	weights  []float32 // [9][channels]
	bias     []float32 // [channels]
	pixels   int       // above 0
	channels int       // multiple of 16
	inRow    int
	floor    float32
}

// upArgs is one row of an upsampling with its sum and ReLU.
type upArgs struct {
	out      []float32
	beside   []float32 // added, as long as out
	low      []float32 // half as long
	pixels   int       // of low, above 0
	channels int       // multiple of 16
}

// Kernels is one way to compute. The zero value is of no use; see All and Best.
type Kernels struct {
	// Name is "go", "avx2" or "neon".
	Name string

	conv  func(*convArgs)
	depth func(*depthArgs)
	up    func(*upArgs)
}

var plain = Kernels{Name: "go", conv: convPlain, depth: depthPlain, up: upPlain}

// All lists the kernels that this machine can run, the fastest first. Plain Go is always the last.
func All() []Kernels { return append(machineKernels(), plain) }

// Best returns the fastest kernels that this machine can run.
func Best() Kernels { return All()[0] }
