package page

import "github.com/maxence-charriere/go-app/v9/pkg/app"

// explorePart is a part of the page that is drawn only if its Stamp is another
// one: while the pointer selects, tables that it does not change cost nothing.
type explorePart struct {
	app.Compo

	Page  *Explore
	Name  string
	Stamp int
}

// Names of the parts.
const (
	partRows     = "rows"
	partDescribe = "describe"
)

// Render draws the part.
func (p *explorePart) Render() app.UI {
	if p.Name == partRows {
		return p.Page.pickedRows()
	}
	return p.Page.describe()
}
