package render

import (
	"math"
	"slices"
)

type seenTree struct {
	x, y           float64 // middle of the crown, half pixels
	across, along  float64 // its radii, half pixels
	shadeX, shadeY float64 // where its shadow falls, half pixels
	depth          float64
	fog            float32
	grain          uint32 // where its leaves are taken from the fine texture
}

const (
	crownFrom  = 0.25 // of the tree's height
	leafTexels = 12   // of the fine texture, from the middle of a crown to its edge
	leastCrown = 0.35 // half pixels; smaller crowns are part of the ground's texture
)

// drawTrees draws the crowns into the half picture, the farthest first, and remembers how far they are.
func (r *Renderer) drawTrees() {
	if r.crownsDrawn {
		clear(r.crownDepth)
		r.crownsDrawn = false
	}
	r.visibleTrees = r.visibleTrees[:0]
	for i := range r.trees {
		r.seeTree(uint32(i), &r.trees[i])
	}
	slices.SortFunc(r.visibleTrees, func(a, b seenTree) int { return cmpFloat(b.depth, a.depth) })
	if r.look.shadow > 0 {
		for i := range r.visibleTrees {
			r.shadeTree(&r.visibleTrees[i])
		}
	}
	for i := range r.visibleTrees {
		r.drawTree(&r.visibleTrees[i])
	}
}

// rooted is a tree with the place of its foot.
type rooted struct {
	foot           vec3
	height, radius float64
}

func root(s Scene) []rooted {
	var out []rooted
	for _, t := range s.Trees() {
		out = append(out, rooted{vec3{t.E, t.N, s.GroundU(t.E, t.N)}, t.HeightM, t.RadiusM})
	}
	return out
}

// seeTree adds a tree to the list where it is in the picture and not behind terrain.
func (r *Renderer) seeTree(index uint32, tree *rooted) {
	foot, height, radius := tree.foot, tree.height, tree.radius
	middle := foot.plus(vec3{0, 0, 1}, height*(1+crownFrom)/2)
	at := r.view.project(middle)
	if at.depth <= 0 || at.depth > farthest {
		return
	}
	k := r.focal / at.depth / 2
	across := radius * k
	if across < leastCrown {
		return
	}
	d := r.view.eye.plus(middle, -1)
	up := d[2] / math.Sqrt(d.dot(d)) // sine of the elevation at which the tree sees the camera
	rise := height * (1 - crownFrom) / 2
	along := k * math.Sqrt(rise*rise*(1-up*up)+radius*radius*up*up)
	x, y := at.x/2, at.y/2
	if x < -across || y < -2*along || x > float64(r.half.width)+across || y > float64(r.half.height)+2*along {
		return
	}
	if r.behindGround(at, height) {
		return
	}
	shade := r.view.project(foot.plus(vec3{-sun[0] / sun[2], -sun[1] / sun[2], 0}, height*0.6))
	r.visibleTrees = append(r.visibleTrees, seenTree{
		x: x, y: y, across: across, along: along, depth: at.depth,
		shadeX: shade.x / 2, shadeY: shade.y / 2,
		fog:   float32(1 - math.Exp(-at.depth/r.look.fogM)),
		grain: index * 2654435761,
	})
}

// behindGround tells from the cells' depths whether terrain in front hides a tree; those depths are exact enough for trees.
func (r *Renderer) behindGround(at spot, height float64) bool {
	col, row := int(at.x)/cellPx, int(at.y)/cellPx
	if at.x < 0 || at.y < 0 || col >= r.cols-1 || row >= r.rows-1 {
		return false
	}
	i := row*r.cols + col
	far := max(r.corners[i].depth, r.corners[i+1].depth, r.corners[i+r.cols].depth, r.corners[i+r.cols+1].depth)
	return far*1.03+2*height < at.depth
}

func (r *Renderer) drawTree(t *seenTree) {
	r.crownsDrawn = true
	l := &r.look
	x0, x1 := max(int(t.x-1.15*t.across), 0), min(int(t.x+1.15*t.across)+2, r.half.width)
	y0, y1 := max(int(t.y-1.15*t.along), 0), min(int(t.y+1.15*t.along)+2, r.half.height)
	leaves := r.textures.fine.levels[0]
	for y := y0; y < y1; y++ {
		v := (float32(y) + 0.5 - float32(t.y)) / float32(t.along)
		for x := x0; x < x1; x++ {
			u := (float32(x) + 0.5 - float32(t.x)) / float32(t.across)
			leaf := leaves[(t.grain+uint32(int32(leafTexels*u))+uint32(int32(leafTexels*v))*fineSize)&(fineSize*fineSize-1)]
			rough := (float32(leaf>>8) - 128) / 128
			d := u*u + v*v - 0.9 + 0.9*rough
			if d > 0.12 {
				continue
			}
			cover := min(max((0.12-d)/0.24, 0), 1) * min(1, float32(t.across))
			luma := l.crown + l.crownSpread*(-0.55*v+0.35*u) + l.leaves*rough
			luma += t.fog * (l.fogLuma - luma)
			i := r.half.index(x, y)
			old := float32(r.half.luma[i]) / lumaOne
			r.half.luma[i] = uint16(min(max(old+cover*(luma-old), 4), 251) * lumaOne)
			if l.colour {
				j := y*r.half.width + x
				r.half.cb[j] = uint8(float32(r.half.cb[j]) + cover*(l.crownCb-float32(r.half.cb[j])))
				r.half.cr[j] = uint8(float32(r.half.cr[j]) + cover*(l.crownCr-float32(r.half.cr[j])))
			}
			if cover > 0.5 {
				r.crownDepth[y*r.half.width+x] = float32(t.depth)
			}
		}
	}
}

// shadeTree darkens the ground where a crown's shadow falls.
func (r *Renderer) shadeTree(t *seenTree) {
	if t.across < 1 {
		return
	}
	flat := math.Max(math.Abs(r.view.ahead[2]), 0.15) * t.across // of a disc on the ground
	x0, x1 := max(int(t.shadeX-t.across), 0), min(int(t.shadeX+t.across)+2, r.half.width)
	y0, y1 := max(int(t.shadeY-flat), 0), min(int(t.shadeY+flat)+2, r.half.height)
	for y := y0; y < y1; y++ {
		v := (float32(y) + 0.5 - float32(t.shadeY)) / float32(flat)
		for x := x0; x < x1; x++ {
			u := (float32(x) + 0.5 - float32(t.shadeX)) / float32(t.across)
			if d := u*u + v*v; d < 1 {
				i := r.half.index(x, y)
				r.half.luma[i] = uint16(float32(r.half.luma[i]) * (1 - r.look.shadow*min(1, 2*(1-d))))
			}
		}
	}
}
