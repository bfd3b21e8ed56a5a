package network

// convPlain is the reference for the convolution kernels. It takes any number of pixels.
func convPlain(a *convArgs) {
	for p := 0; p < a.pixels; p += 2 {
		// An odd last pixel is computed twice.
		q := min(p+1, a.pixels-1)
		for c := 0; c < block; c += 4 {
			convPair(a, p, q, c)
		}
	}
}

// convPair computes channels c to c+3 of pixels p and q: eight sums are what registers hold without spilling.
func convPair(a *convArgs, p, q, c int) {
	b := (*[4]float32)(a.bias[c:])
	p0, p1, p2, p3 := b[0], b[1], b[2], b[3]
	q0, q1, q2, q3 := p0, p1, p2, p3
	for r := range a.rows {
		x := a.in[p*a.inStep+r*a.inRow:][:a.taps]
		y := a.in[q*a.inStep+r*a.inRow:][:a.taps]
		w := a.weights[r*a.taps*block+c:]
		for k, v := range x {
			u := y[k]
			t := (*[4]float32)(w[k*block:])
			p0 += v * t[0]
			p1 += v * t[1]
			p2 += v * t[2]
			p3 += v * t[3]
			q0 += u * t[0]
			q1 += u * t[1]
			q2 += u * t[2]
			q3 += u * t[3]
		}
	}
	a.store(p*a.outStep+c, p0, p1, p2, p3)
	a.store(q*a.outStep+c, q0, q1, q2, q3)
}

func (a *convArgs) store(at int, v0, v1, v2, v3 float32) {
	v := [4]float32{max(v0, a.floor), max(v1, a.floor), max(v2, a.floor), max(v3, a.floor)}
	if a.add != nil {
		for i, s := range a.add[at:][:4] {
			v[i] += s
		}
	}
	copy(a.out[at:][:4], v[:])
}

// depthPlain is the reference for the depthwise kernels.
func depthPlain(a *depthArgs) {
	for p := range a.pixels {
		out := a.out[p*a.channels:][:a.channels]
		copy(out, a.bias)
		for t := range 9 {
			in := a.in[t/3*a.inRow+(p+t%3)*a.channels:][:len(out)]
			w := a.weights[t*a.channels:][:len(out)]
			for i := range out {
				out[i] += in[i] * w[i]
			}
		}
		for i, v := range out {
			out[i] = max(v, a.floor)
		}
	}
}

// upPlain is the reference for the upsampling kernels.
func upPlain(a *upArgs) {
	for p := range 2 * a.pixels {
		out := a.out[p*a.channels:][:a.channels]
		beside := a.beside[p*a.channels:][:len(out)]
		low := a.low[p/2*a.channels:][:len(out)]
		for i := range out {
			out[i] = max(low[i]+beside[i], 0)
		}
	}
}
