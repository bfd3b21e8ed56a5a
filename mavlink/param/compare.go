package param

// Difference is a parameter that is not the same on both sides.
type Difference struct {
	Name string
	// Here is the vehicle's, There the other side's; nil where it has none of that name.
	Here, There *Parameter
}

// Compare finds what differs between two lists by name, in order. Names that a firmware has renamed count as the same,
// under the name that is here. With onlyShared what is missing on a side is left out.
func Compare(here, there []Parameter, onlyShared bool) []Difference {
	mine := make(map[string]Parameter, len(here))
	for _, p := range here {
		mine[p.Name] = p
	}
	matched := make(map[string]Parameter, len(there))
	var out []Difference
	for _, p := range there {
		name, ok := Find(p.Name, func(name string) bool { _, ok := mine[name]; return ok })
		if ok {
			matched[name] = p
		} else if !onlyShared {
			out = append(out, Difference{Name: p.Name, There: &p})
		}
	}
	for _, p := range here {
		other, ok := matched[p.Name]
		switch {
		case !ok && onlyShared, ok && Same(p.Value, other.Value, p.Type):
		case !ok:
			out = append(out, Difference{Name: p.Name, Here: &p})
		default:
			out = append(out, Difference{Name: p.Name, Here: &p, There: &other})
		}
	}
	return inOrder(out)
}

// Defaults are the defaults of a list, for those parameters whose default is known.
func Defaults(all []Parameter) []Parameter {
	var out []Parameter
	for _, p := range all {
		if p.Default != nil {
			p.Value = *p.Default
			out = append(out, p)
		}
	}
	return out
}
