package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/centroid-studio/centroid/server/engine/local"
	"github.com/centroid-studio/centroid/server/matrix"
	"github.com/centroid-studio/centroid/server/train"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/score"
)

// sweepCommand is the flags of `centroid sweep`.
type sweepCommand struct {
	trainCommand
	k          string
	references int
}

// newSweepCommand makes `centroid sweep`, which needs no server.
func newSweepCommand() *cobra.Command {
	var s sweepCommand
	cmd := &cobra.Command{
		Use:   "sweep --data table.csv --k 2-10",
		Short: "Train with several numbers of clusters, and propose one",
		Long: "Train with several numbers of clusters on a CSV file, print the scores of each, and propose a number:\n" +
			"by the elbow of the inertia, by the highest silhouette, and by the gap to rows without any groups.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	s.common(f)
	f.StringVar(&s.k, "k", "2-10", "numbers of clusters, from-to")
	f.IntVar(&s.references, "references", 10, "tables of uniform rows that the gap compares with, each trained for each k (0: no gap)")
	require(cmd, "data")
	return cmd
}

func (s *sweepCommand) run(ctx context.Context, stdout, stderr io.Writer) (err error) {
	ks, err := rangeOf(s.k)
	switch {
	case err != nil:
		return err
	case s.references < 0:
		return fault.Fieldf("references", "--references is %d, want 0 for no gap, or some, such as 10.", s.references)
	case s.workers < 1:
		return fault.Fieldf("workers", "--workers is %d, want at least 1.", s.workers)
	}
	src, err := readTable(s.data)
	if err != nil {
		return err
	}
	in, err := s.input(src)
	if err != nil {
		return err
	}
	if in.MatrixDir, err = os.MkdirTemp("", "centroid-sweep-"); err != nil {
		return fault.Wrap("sweep", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(in.MatrixDir)) }()

	bar := newProgress(stderr)
	defer bar.clear()
	in.Observer = bar.observer(in.Config.Restarts)
	in.Scoring = func(done, total int64) { bar.show("Judging the clusters", done, total) }
	var rows int
	var box score.Box
	in.OnMatrix = func(m *matrix.Matrix, _ *prep.Prep) { // the same for each k
		if rows == 0 {
			rows, box = m.Rows(), score.BoxOf(m.Vectors(), m.Dim())
		}
	}
	trainings := make([]model.Training, len(ks))
	for i, k := range slices.Backward(ks) { // the largest first: it may be too large
		in.Config.K = k
		res, err := train.Fit(ctx, in)
		if err != nil {
			return err
		}
		trainings[i] = res.Model.Training
		if err := res.Close(); err != nil {
			return err
		}
	}
	gaps, err := s.gaps(ctx, ks, trainings, rows, box, in.Observer)
	if err != nil {
		return err
	}
	bar.clear()
	return propose(stdout, ks, trainings, gaps)
}

// rangeOf reads "2-10".
func rangeOf(text string) ([]int, error) {
	from, to, _ := strings.Cut(text, "-")
	low, errLow := strconv.Atoi(strings.TrimSpace(from))
	high, errHigh := strconv.Atoi(strings.TrimSpace(to))
	if errLow != nil || errHigh != nil || low < 1 || high <= low || high-low >= 1000 {
		return nil, fault.Fieldf("k", "--k is %q, want two numbers such as 2-10: the first at least 1, the second larger, by less than 1000.", text)
	}
	var ks []int
	for k := low; k <= high; k++ {
		ks = append(ks, k)
	}
	return ks, nil
}

// gaps trains on references in the place of the rows.
func (s *sweepCommand) gaps(ctx context.Context, ks []int, trainings []model.Training, rows int, box score.Box, ob kmeans.Observer) ([]score.Gap, error) {
	if s.references == 0 {
		return nil, nil
	}
	inertia := make([][]float64, len(ks))
	for b := range s.references {
		e := local.New(box.Reference(rows, s.config.Seed, b), rows, len(box.Low), s.workers)
		for i, k := range ks {
			cfg := s.config
			cfg.K = k
			res, err := kmeans.Run(ctx, e, cfg.WithDefaults(), nil, ob)
			if err != nil {
				return nil, errors.Join(err, e.Close())
			}
			inertia[i] = append(inertia[i], res.Inertia)
		}
		if err := e.Close(); err != nil {
			return nil, err
		}
	}
	gaps := make([]score.Gap, len(ks))
	for i, k := range ks {
		gaps[i] = score.GapOf(k, trainings[i].Inertia, inertia[i])
	}
	return gaps, nil
}

// propose prints the scores, and the number of clusters that each way proposes.
func propose(w io.Writer, ks []int, trainings []model.Training, gaps []score.Gap) error {
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprint(tw, "k\tinertia\tsilhouette\tCalinski-Harabasz\tDavies-Bouldin\tgap\n")
	inertia := make([]float64, len(ks))
	widest, highest := 0, math.Inf(-1)
	for i, tr := range trainings {
		inertia[i] = tr.Inertia
		silhouette, ch, db, gap := "–", "–", "–", "–"
		if s := tr.Silhouette; s != nil {
			silhouette = fmt.Sprintf("%.4f", s.Mean)
			if s.Sampled {
				silhouette += fmt.Sprintf(" ± %.4f", s.Error)
			}
			if s.Mean > highest {
				widest, highest = ks[i], s.Mean
			}
		}
		if s := tr.Separation; s != nil {
			ch, db = fmt.Sprintf("%.6g", s.CalinskiHarabasz), fmt.Sprintf("%.4f", s.DaviesBouldin)
		}
		if gaps != nil {
			gap = fmt.Sprintf("%.4f ± %.4f", gaps[i].Value, gaps[i].Error)
		}
		fmt.Fprintf(tw, "%d\t%.8g\t%s\t%s\t%s\t%s\n", ks[i], tr.Inertia, silhouette, ch, db, gap)
	}
	if err := tw.Flush(); err != nil {
		return fault.Wrap("sweep", err)
	}
	proposal := func(way string, k int, ok bool, why, whyNot string) {
		if ok {
			fmt.Fprintf(tw, "%s\tk = %d\t%s\n", way, k, why)
		} else {
			fmt.Fprintf(tw, "%s\tno k\t%s\n", way, whyNot)
		}
	}
	fmt.Fprintln(tw)
	elbow, bent := score.Elbow(ks, inertia)
	proposal("elbow", elbow, bent, "from there on the inertia falls less steeply", "the inertia has no clear bend")
	proposal("silhouette", widest, widest > 0, "rows are nearest to their own cluster, beside the next one", "it is not defined for any")
	if gaps != nil {
		k, ok := score.GapK(gaps)
		proposal("gap", k, ok, "the first whose gap the next one does not exceed by more than its error", "the gap still grows at the last")
	}
	return fault.Wrap("sweep", tw.Flush())
}
