"""What everybody uses: the model, problems, paths, texts, durations. Pure, and it imports nothing of ours."""
